"""What a qualified person has to confirm before there may be mains; typed, or out of a file."""

SENTENCE = "I am qualified to work on live equipment and I am at the bench."
