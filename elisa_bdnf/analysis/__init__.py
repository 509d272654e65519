"""Reading × Layout × Protocol → Analysis; pure functions."""
