"""What is wanted next, by a policy for each design."""
