"""Foreign text made safe and readable: no Textual, no HTTP, nothing of the desk."""
