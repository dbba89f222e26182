"""What is shown of single trainings: their course over time, where they ended, which of them belong together."""
