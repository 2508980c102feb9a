"""The real desk against the real server over a network that loses, delays, repeats and lies."""
