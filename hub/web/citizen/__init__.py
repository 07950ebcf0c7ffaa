"""The pages about one citizen: overview, family and timeline; the reason page; what is hidden."""
