"""Steps that bring an existing database to the present schema; run by `Database.open` before anything else."""
