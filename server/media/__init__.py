"""Step 3 of a visit: the live connection. Moves sound, pictures and messages; never looks inside them."""
