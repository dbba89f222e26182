"""What a grid answers: what its factors do, which variant it chooses, each variant against each."""
