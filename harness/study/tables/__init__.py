"""The tables of a study file as frozen, strict models. Descriptions of fields are the documentation of the keys."""
