"""The page, as files that are put together into one."""
