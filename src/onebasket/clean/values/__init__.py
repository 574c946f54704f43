"""Pure functions over single values. Each gives the same again for what it gave."""
