"""Step 6: what is known beyond the patient's own words: how sentences are compared by meaning."""
