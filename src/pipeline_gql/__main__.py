"""`python -m pipeline_gql`."""

from pipeline_gql.cli import main

if __name__ == "__main__":
    main()
