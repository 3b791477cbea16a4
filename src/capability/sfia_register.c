/*
 * sfia_register.c
 *	  The skills that the extension ships: codes, names and levels of SFIA 9.
 *
 * Facts of the framework alone, and no text of it.  SFIA is a trade mark of the SFIA
 * Foundation.
 */
#include "base/delivery.h"

#include "capability/sfia_register.h"

/* by code, in the order of bytes */
static const SfiaSkill skills[] = {
	{"ACIN", "Accessibility and inclusion", 2, 6},
	{"ADEV", "Animation development", 2, 6},
	{"ADMN", "Business administration", 1, 6},
	{"AIDE", "Artificial intelligence (AI) and data ethics", 3, 6},
	{"ANCC", "Analytical classification and coding", 2, 6},
	{"ARCH", "Solution architecture", 4, 6},
	{"ASMG", "Asset management", 2, 6},
	{"ASUP", "Application support", 2, 5},
	{"AUDT", "Audit", 2, 7},
	{"AVMT", "Availability management", 3, 6},
	{"BENM", "Benefits management", 3, 6},
	{"BIDM", "Bid/proposal management", 3, 6},
	{"BINT", "Business intelligence", 2, 5},
	{"BPRE", "Business process improvement", 2, 7},
	{"BPTS", "User acceptance testing", 2, 6},
	{"BRMG", "Brand management", 4, 6},
	{"BSMO", "Business modelling", 2, 6},
	{"BUDF", "Budgeting and forecasting", 2, 6},
	{"BURM", "Risk management", 2, 7},
	{"BUSA", "Business situation analysis", 2, 6},
	{"CELO", "Customer engagement and loyalty", 3, 6},
	{"CEXP", "Customer experience", 2, 6},
	{"CFMG", "Configuration management", 2, 6},
	{"CHMG", "Change control", 2, 6},
	{"CIPM", "Organisational change management", 2, 6},
	{"CNSL", "Consultancy", 4, 7},
	{"COMG", "Cost management", 2, 6},
	{"COPL", "Continuity management", 2, 6},
	{"CPMG", "Capacity management", 2, 6},
	{"CRIM", "Cybercrime investigation", 2, 6},
	{"CSMG", "Customer service support", 1, 6},
	{"CSOP", "Certification scheme operation", 2, 6},
	{"DAAN", "Data analytics", 2, 7},
	{"DATM", "Data management", 2, 6},
	{"DATS", "Data science", 2, 6},
	{"DBAD", "Database administration", 2, 5},
	{"DBDS", "Database design", 2, 5},
	{"DCMA", "Facilities management", 2, 6},
	{"DEMG", "Delivery management", 3, 6},
	{"DEMM", "Demand management", 4, 6},
	{"DENG", "Data engineering", 2, 6},
	{"DEPL", "Deployment", 2, 6},
	{"DESN", "Systems design", 2, 6},
	{"DGFS", "Digital forensics", 2, 6},
	{"DIGM", "Digital marketing", 2, 5},
	{"DLMG", "Systems development management", 4, 7},
	{"DTAN", "Data modelling and design", 2, 5},
	{"EEXP", "Employee experience", 4, 6},
	{"EMRG", "Emerging technology monitoring", 4, 6},
	{"ETDL", "Learning delivery", 2, 5},
	{"ETMG", "Learning and development management", 2, 7},
	{"FEAS", "Feasibility assessment", 2, 6},
	{"FIAN", "Financial analysis", 2, 6},
	{"FMIT", "Financial management", 4, 6},
	{"GOVN", "Governance", 6, 7},
	{"GRDN", "Graphic design", 1, 5},
	{"HCEV", "User experience design", 2, 6},
	{"HPCC", "High-performance computing", 4, 7},
	{"HSIN", "Systems installation and removal", 1, 5},
	{"HWDE", "Hardware design", 2, 6},
	{"IAMT", "Identity and access management", 1, 6},
	{"ICPM", "Content publishing", 1, 6},
	{"IFDN", "Infrastructure design", 2, 6},
	{"INAS", "Information assurance", 2, 7},
	{"INCA", "Content design and authoring", 1, 6},
	{"INOV", "Innovation management", 5, 7},
	{"INVA", "Investment appraisal", 4, 6},
	{"IRMG", "Information management", 3, 7},
	{"ISCO", "Information systems coordination", 6, 7},
	{"ITCM", "Contract management", 2, 7},
	{"ITMG", "Technology service management", 5, 7},
	{"ITOP", "Infrastructure operations", 1, 5},
	{"ITSP", "Strategic planning", 4, 7},
	{"JADN", "Job analysis and design", 3, 5},
	{"KNOW", "Knowledge management", 2, 7},
	{"LEDA", "Competency assessment", 2, 6},
	{"MEAS", "Measurement", 2, 6},
	{"METL", "Methods and tools", 2, 6},
	{"MKCM", "Marketing campaign management", 3, 5},
	{"MKTG", "Marketing management", 4, 7},
	{"MLNG", "Machine learning", 2, 6},
	{"MRCH", "Market research", 3, 6},
	{"NFTS", "Non-functional testing", 1, 6},
	{"NTAS", "Network support", 1, 5},
	{"NTDS", "Network design", 2, 6},
	{"NUAN", "Numerical analysis", 4, 7},
	{"OCDV", "Organisational capability development", 5, 7},
	{"OCEN", "Organisational change enablement", 4, 6},
	{"OCOP", "Offensive cyber operations", 2, 6},
	{"OFCL", "Organisational facilitation", 4, 6},
	{"ORDI", "Organisation design and implementation", 3, 7},
	{"PBMG", "Problem management", 2, 5},
	{"PDSV", "Professional development", 4, 6},
	{"PEDP", "Information and data compliance", 4, 6},
	{"PEMT", "Performance management", 4, 6},
	{"PENT", "Penetration testing", 2, 6},
	{"PGMG", "Programme management", 6, 7},
	{"POMG", "Portfolio management", 5, 7},
	{"PORT", "Software configuration", 2, 6},
	{"PRMG", "Project management", 4, 7},
	{"PROD", "Product management", 2, 6},
	{"PROF", "Portfolio, programme and project support", 2, 6},
	{"PROG", "Programming/software development", 2, 6},
	{"PRTS", "Process testing", 1, 6},
	{"QUAS", "Quality assurance", 2, 6},
	{"QUMG", "Quality management", 2, 7},
	{"RELM", "Release management", 2, 6},
	{"REQM", "Requirements definition and management", 2, 6},
	{"RESC", "Resourcing", 2, 6},
	{"RESD", "Real-time/embedded systems development", 2, 6},
	{"RFEN", "Radio frequency engineering", 2, 6},
	{"RLMT", "Stakeholder relationship management", 4, 7},
	{"RMGT", "Records management", 1, 5},
	{"RSCH", "Formal research", 2, 6},
	{"SALE", "Selling", 3, 6},
	{"SCAD", "Security operations", 1, 6},
	{"SCMG", "Service catalogue management", 2, 5},
	{"SCMO", "Scientific modelling", 4, 7},
	{"SCTY", "Information security", 2, 7},
	{"SEAC", "Service acceptance", 3, 6},
	{"SFAS", "Safety assessment", 4, 6},
	{"SFEN", "Safety engineering", 2, 6},
	{"SINT", "Systems integration and build", 2, 6},
	{"SLEN", "Systems and software lifecycle engineering", 3, 7},
	{"SLMO", "Service level management", 2, 7},
	{"SORC", "Sourcing", 2, 7},
	{"SSUP", "Sales support", 1, 6},
	{"STMG", "Storage management", 2, 6},
	{"STPL", "Enterprise and business architecture", 5, 7},
	{"SUBF", "Subject formation", 4, 7},
	{"SUPP", "Supplier management", 2, 7},
	{"SUST", "Sustainability", 4, 6},
	{"SWDN", "Software design", 2, 6},
	{"SYSP", "System software administration", 2, 5},
	{"TEAC", "Teaching", 2, 7},
	{"TECH", "Specialist advice", 4, 6},
	{"TEST", "Functional testing", 1, 6},
	{"THIN", "Threat intelligence", 2, 6},
	{"TMCR", "Learning design and development", 2, 5},
	{"UNAN", "User experience analysis", 2, 5},
	{"URCH", "User research", 2, 6},
	{"USEV", "User experience evaluation", 2, 6},
	{"USUP", "Incident management", 1, 6},
	{"VISL", "Data visualisation", 2, 5},
	{"VUAS", "Vulnerability assessment", 2, 5},
	{"VURE", "Vulnerability research", 2, 6},
	{"WFPL", "Workforce planning", 4, 6},
};

const SfiaSkill *
delivery_sfia_register(int *count)
{
	*count = lengthof(skills);
	return skills;
}

static int
compare_code(const void *code, const void *skill)
{
	return strcmp((const char *) code, ((const SfiaSkill *) skill)->code);
}

/*
 * The skill of a code as it is written; NULL if there is none.
 */
const SfiaSkill *
delivery_find_sfia_skill(const char *code)
{
	return (const SfiaSkill *) bsearch(code, skills, lengthof(skills), sizeof(SfiaSkill), compare_code);
}
