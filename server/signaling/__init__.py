"""Step 2 of a visit: the patient's page and the server agree on a media connection; nothing here touches media."""
