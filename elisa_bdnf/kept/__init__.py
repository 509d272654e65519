"""Results as they lie in a folder: found, read, and never believed to be more than what somebody may have edited."""
