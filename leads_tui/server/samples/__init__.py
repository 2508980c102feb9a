"""What the seeded leads are made of: a small company that sells lamps, its staff, its visitors and their words."""
