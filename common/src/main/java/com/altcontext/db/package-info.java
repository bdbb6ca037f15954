/** The one door to PostgreSQL: connections, transactions, statements, migrations. */
@NullMarked
package com.altcontext.db;

import org.jspecify.annotations.NullMarked;
