"""What ``scripts/fit_alignment.py`` fits on: development material and how it is read."""
