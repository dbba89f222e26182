"""What a search is asked besides."""
