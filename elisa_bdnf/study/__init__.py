"""From accepted plates to answers: time courses, release assays, tissue, and their statistics."""
