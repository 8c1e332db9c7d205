"""From measurements to findings: the patient's own usual, evidence that adds up, and what it may and may not come to."""
