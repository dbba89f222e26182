"""The files of a store in a folder: where they lie, who may write them."""
