"""Earlier plates in one file: what control charts, their rules and pooled weights rest on."""
