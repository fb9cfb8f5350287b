"""From commission to archive: versions, checks, sign-off, acceptance, payment."""
