"""What recommending does to the catalogue and to taste: health of the lists, and the bubble over rounds."""
