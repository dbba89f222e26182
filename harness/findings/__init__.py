"""What a report says: facts computed once, and a module for each question of a reader."""
