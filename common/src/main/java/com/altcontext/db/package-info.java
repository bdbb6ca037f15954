/** The only way to PostgreSQL: connections, transactions, statements, migrations. */
@NullMarked
package com.altcontext.db;

import org.jspecify.annotations.NullMarked;
