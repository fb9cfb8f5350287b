"""Plans, tasks, routes, eligibility, draws and the life of an assignment."""
