/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that the hub's connection string names. */
#pragma once

struct doctor;

/* hub: as in patd.conf(5), "host=db.example.org sslkey=/etc/…"; root only. */
void doctor_hub_files(struct doctor *doctor, const char *hub);
