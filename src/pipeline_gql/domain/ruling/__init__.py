"""What the rules of transitions can ask: one file for each sort of test, and how they nest."""
