"""What every study is asked: how its variants differ, by how much, how surely, and how that was measured."""
