"""Training of the embedded Arabic-English translator; the scripts beside it import it."""
