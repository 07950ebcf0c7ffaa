"""What those who work with a citizen are told of (adviser): kept by reference alone, worded when it is shown."""
