"""What happened, on one page: reports of builds and evaluations as self-contained HTML without scripts."""
