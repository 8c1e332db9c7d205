"""What must outlive a call: encrypted records, the journal and the audit chain. The only part that holds a database."""
