"""The Leads API, served: to run against, to demonstrate, to test on. Imports nothing of the rest."""
