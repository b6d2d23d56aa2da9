/* Methods whose serving fills a file of its own: what the tables of methods need of them. */
#ifndef PATD_BUS_METHODS_H
#define PATD_BUS_METHODS_H

#include "patd/bus/call.h"

/* bus_generate.c */
void bus_serve_generate(struct call *call);
void bus_serve_rotate(struct call *call);

/* bus_list.c */
void bus_serve_list(struct call *call);

/* bus_disable.c */
void bus_serve_revoke_all(struct call *call);
void bus_serve_disable(struct call *call);
void bus_serve_enable(struct call *call);
void bus_serve_list_disabled(struct call *call);

/* bus_check.c */
void bus_serve_check(struct call *call);

/* bus_backup.c */
void bus_serve_backup(struct call *call);

/* bus_policy.c */
void bus_serve_policy(struct call *call);

/* bus_history.c */
void bus_serve_history(struct call *call);
void bus_serve_verify_history(struct call *call);
void bus_serve_sources(struct call *call);

#endif
