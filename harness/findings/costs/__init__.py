"""What an answer costs: a variant's accuracy against its size and time, and what the study itself took."""
