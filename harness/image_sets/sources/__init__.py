"""What image sets share: files found, downloaded and told from others; IDX files, and files inside Python packages."""
