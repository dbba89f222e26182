def test_the_smallest_confirmed_network_that_surely_reaches_each_level_is_named(two_objectives):
    """That of 640 parameters has a mean of 98.00 %, but an interval from 96.73."""
    assert two_objectives.sentences[:1] == (
        "The fewest parameters for a test accuracy that is surely reached: 1,280 at 98 % (128 units in the first dense "
        "layer: 99.10 (99.10 to 99.10), 2 fresh trials) and 1,280 at 99 % (128 units in the first dense layer: 99.10 "
        "(99.10 to 99.10), 2 fresh trials); none of the confirmed variants surely reaches 99.90 % test accuracy.",
    )
