"""Step 9 of a visit: the nurse's console. Shows who needs a person and why; it decides nothing and hides nothing."""
