"""Step 10 of a visit: compliance reads who did what, clinicians read what the persona may say. Changes nothing."""
