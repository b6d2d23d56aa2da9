# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of patctl for fish.  The candidates come from `patctl complete`, which
# needs no quotes for them: see patctl/complete/candidates.h.

function __patctl_words
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l words $before[2..-1] (string replace -ra '["\'\\\\]' '' -- "$typed")
    # A token that was pasted here is not for the list of processes.
    string match -qr 'pat_\w{10}_' -- $words; and return
    command patctl complete -- $words 2>/dev/null </dev/null
end

complete -c patctl -f -a '(__patctl_words)'
