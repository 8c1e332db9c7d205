"""Step 1 of a visit: a check-in is ordered, its link reaches the patient, and the right person opens it."""
