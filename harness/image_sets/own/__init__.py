"""Images of one's own: class folders of pictures, a table of labels, a zip of either, or an .npz file; decoded once."""
