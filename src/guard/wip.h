/*
 * wip.h
 *	  WIP limits: what boards and their limits are made of, for all modules on them.
 *
 * A board is a table whose rows are work items.  One column of it says in which
 * lane an item is; the values of the scope columns, if it has any, say whose it is.
 * A group is what a limit counts together: the items in the lanes of the limit that
 * agree in the columns that delimit it.
 */
#ifndef DELIVERY_WIP_H
#define DELIVERY_WIP_H

#include "postgres.h"

#include "access/attnum.h"
#include "datatype/timestamp.h"
#include "fmgr.h"
#include "nodes/pg_list.h"

#define WIP_INSERT_TRIGGER "delivery_wip_insert"
#define WIP_UPDATE_TRIGGER "delivery_wip_update"

/* their function */
#define WIP_FUNCTION "enforce_wip_limit"

/* their conditions; with the second one the last column is the weight */
#define WIP_CONDITION "enters_wip"
#define WIP_WEIGHTED_CONDITION "enters_weighted_wip"

/* the lane, which comes first, and the scope columns */
#define WIP_SCOPES 16
#define WIP_COLUMNS (1 + WIP_SCOPES)

/* of one limit: all lanes are looked through to count it, and it is found by an index on lanes and scope */
#define WIP_LANES 256
#define WIP_BYTES 2500

/* Which columns of a table its triggers look at. */
typedef struct WipLayout
{
	Oid			board;
	int			count;			/* of lane and scope columns */
	AttrNumber	columns[WIP_COLUMNS];
	AttrNumber	weight;			/* InvalidAttrNumber: each item counts 1 */
} WipLayout;

typedef struct WipColumn
{
	char	   *name;
	Oid			type;
	int32		typmod;
	Oid			collation;
	int16		length;
	bool		by_value;
	Oid			btree_family;
	Oid			hash_family;
	FmgrInfo	equal;
	FmgrInfo	hash;
} WipColumn;

/* Lane and scope of an item. */
typedef struct WipRow
{
	Datum		values[WIP_COLUMNS];
	bool		nulls[WIP_COLUMNS];
	uint32		hashes[WIP_COLUMNS];
	bool		hashed;			/* hashes of the scope are there, too */
} WipRow;

typedef struct WipOverride
{
	uint32		hash;			/* of all that must agree */
	char	   *lanes_key;
	uint32		mask;			/* of the columns that it names, lane excluded */
	bool		together;		/* is for the limit of all scopes together */
	Datum		values[WIP_COLUMNS];
	int64		extra;
	TimestampTz until;
} WipOverride;

typedef struct WipLimit
{
	char	   *lanes_key;		/* the same for limits of the same lanes */
	uint32		lanes_hash;
	int			lane_count;
	char	  **lane_names;
	Datum	   *lanes;			/* those that the type of the column knows, in the order of their hashes */
	uint32	   *lane_hashes;
	int			known_lanes;
	bool		each_scope;		/* holds for each scope separately */
	bool		together;		/* counts all scopes together: names none, and has a mask of 0 */
	uint32		mask;			/* of the columns that delimit what it counts: bit 1 for the first scope column */
	Datum		values[WIP_COLUMNS];	/* of these, unless it holds for each scope */
	int64		maximum;
	Datum		enforcement;
	bool		warn;
} WipLimit;

/* An index by which items of a lane can be found. */
typedef struct WipIndex
{
	Oid			index;
	int			count;			/* of leading columns that are lane or scope */
	int			columns[WIP_COLUMNS];	/* which of them */
} WipIndex;

/* A table that holds items of a board: itself, a partition, a child. */
typedef struct WipTable
{
	Oid			table;
	AttrNumber	columns[WIP_COLUMNS];
	AttrNumber	weight;
	List	   *indexes;
} WipTable;

/* where a limit is found: by lane, and by the values that its scope names */
typedef struct WipPlace
{
	uint32		hash;
	int			limit;
	Datum		lane;
} WipPlace;

typedef struct WipBoard
{
	Oid			board;
	uint64		generation;
	MemoryContext context;
	char	   *name;
	WipLayout	layout;
	bool		agrees;			/* all triggers name the same columns */
	Oid			weight_type;
	WipColumn	columns[WIP_COLUMNS];
	int			limit_count;
	WipLimit   *limits;
	int			mask_count;
	uint32	   *masks;			/* different ones of scopes that limits name */
	int			place_count;
	WipPlace   *places;			/* in the order of their hashes */
	uint32	   *lane_hashes;	/* of all places, in their order */
	int			override_count;
	WipOverride *overrides;		/* in the order of their hashes */
	int			override_mask_count;
	uint32	   *override_masks; /* different ones */
	List	   *parts;			/* numbers of all tables that it is made of */
	List	   *tables;
	List	   *unknown;		/* texts of values that limits name and columns do not take */
} WipBoard;

#endif							/* DELIVERY_WIP_H */
