#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

#include "common/l10n.h"
#include "patctl/cli/command.h"

/*
 * A standard descriptor that the caller closed would become that of the bus, and a token could
 * be written there.  /dev/null takes its place, opened so that using it fails.
 */
static int fill_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_PATH);
		if (fd < 0)
			return -1;
	} while (fd <= STDERR_FILENO);
	return close(fd);
}

int main(int argc, char **argv)
{
	if (fill_standard_descriptors() < 0)
		return OUTCOME_FAILED;
	/* Names are UTF-8 whatever the locale; in another libsmartcols would count their bytes. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	/* Where these fail, for want of the locale or of memory, people are told in English. */
	(void)setlocale(LC_MESSAGES, "");
	(void)bindtextdomain(PAT_DOMAIN, PAT_LOCALE_DIR);
	(void)bind_textdomain_codeset(PAT_DOMAIN, "UTF-8");
	return (int)command_run(argc, argv);
}
