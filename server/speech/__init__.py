"""Step 4 of a visit: hearing and speaking. Turns sound into turns and gated sentences into sound; decides nothing said."""
