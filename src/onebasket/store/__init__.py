"""Where tables live, and where SQL runs."""
