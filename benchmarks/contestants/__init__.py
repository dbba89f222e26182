"""What the harness is timed against, each as its users would write it."""
