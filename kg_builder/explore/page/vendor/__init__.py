"""Libraries of others that the page holds, as they were published."""
