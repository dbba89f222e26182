def test_the_smallest_confirmed_network_of_each_level_is_named(two_objectives):
    assert two_objectives.sentences[:1] == (
        "The fewest parameters for a given test accuracy: 640 at 98 % (“dense.0=64”: 98.00 (96.73 to 99.27), 2 fresh "
        "trials) and 1,280 at 99 % (“base”: 99.10 (99.10 to 99.10), 2 fresh trials); none of the confirmed variants "
        "reaches 99.90 % test accuracy.",
    )
